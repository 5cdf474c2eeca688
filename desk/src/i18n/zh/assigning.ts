export default {
  assign: "绑定设备",
  none: "没有绑定设备：只能靠电话知道情况。",
  search: "设备编号、型号或设备电话",
  none_found: "没有找到可以绑定的设备",
  held_by: "现在由{name}使用",
  give: "绑定",
  take_over: "转给这位服务对象",
  take: "解除绑定",
  take_what: "解除绑定{what}",
  take_means: "之后的上报不再算作此人的情况。",
  take_sure: "确定解除",
};
