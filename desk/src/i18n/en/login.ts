export default {
  title: "Log in to the duty desk",
  login: "User name",
  password: "Password",
  submit: "Log in",
  refused: "User name or password is wrong. Please try again.",
  locked: "Too many attempts. Please try again later.",
  blind: "The hub's database is away: nobody can log in, and no call for help is shown. You are let in when it is back; mind the desk telephone.",
  unreachable: "The hub cannot be reached. Check the network and try again.",
  expired: "Your session has ended. Log in again now: until then no call for help reaches you.",
};
