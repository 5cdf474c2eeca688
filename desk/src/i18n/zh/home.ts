export default {
  title: "住处在地图上的位置",
  none: "还没有标出。上门和派车以地址为准。",
  script: "为此人补充的处置步骤",
};
