export default {
  name: "安心平台",
  desk: "值班台",
  title: "安心平台 · 值班台",
  title_untaken: "【{count} 件待受理】值班台",
  not_medical: "本平台不是医疗器械，不能代替 120、110、119。",
};
