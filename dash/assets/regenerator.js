/* Three of Dash's scripts await a lazy component in a function that was compiled for browsers without async. This is
   all that they need; loading the full polyfill would cost every page as much as a figure. */
(function () {
  "use strict";
  function wrap(steps) {
    var state = { prev: 0, next: 0, stop: function () { state.isDone = true; }, isDone: false };
    return { next: function () { return { value: steps(state), done: state.isDone }; } };
  }
  window.regeneratorRuntime = { mark: function (made) { return made; }, wrap: wrap };
})();
