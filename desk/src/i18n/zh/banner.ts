export default {
  label: "重要提示",
  link_lost: "与平台的连接中断，正在重新连接。此期间看不到新的求助，请留意值班电话{phone}。",
  down_for: "已中断 {clock}",
  blind: "{why}：自 {since} 起看不到新的求助，平台正在等待恢复。请留意值班电话{phone}，并报告班长。",
  sighted: "平台已恢复。{since} 至 {until}（{clock}）之间看不到求助，其间的求助正在补到，请逐一核实。",
  read: "知道了",
  sound_blocked: "声音没有打开，有求助时您会听不到。",
  sound_fix: "打开声音",
  away: "有 {count} 件求助待受理",
  back: "回到值班",
  hushed: "已静音，{seconds} 秒后恢复",
  unhush: "立即恢复声音",
};
