export default {
  link_live: "在线",
  blind: "看不到求助",
  link_lost: "连接中断",
  sound_on: "声音正常",
  sound_off: "声音未开启",
  settings: "设置",
  log_out: "退出登录",
  end_shift: "结束值班",
  hub_time: "平台时间",
  hub_version: "平台版本",
  desk_phone: "值班电话",
};
