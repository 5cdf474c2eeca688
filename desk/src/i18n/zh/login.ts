export default {
  title: "登录值班台",
  login: "账号",
  password: "密码",
  submit: "登录",
  refused: "账号或密码不对，请再试一次。",
  locked: "尝试次数过多，请稍后再试。",
  blind: "平台数据库中断，暂时不能登录，也看不到求助。恢复后会自动进入；请留意值班电话。",
  unreachable: "连不上平台，请检查网络后再试。",
  expired: "登录已失效。请马上重新登录：在此期间收不到求助。",
};
