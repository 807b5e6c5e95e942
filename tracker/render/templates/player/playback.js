/* The clock of a player: runs by animation frames, in steps for whoever wants little motion. Knows nothing of maps. */
(function (P) {
  "use strict";

  const SPEEDS = [600, 1800, 3600, 7200];
  const CALM_STEP = 1800, CALM_PAUSE = 1.5;
  // A frame that comes late (a hidden tab) must not make the march leap.
  const LONGEST_FRAME = 0.1;

  /** The speed, in seconds a second, that shows the whole march in at most a minute and a half. */
  function usualSpeed(end) {
    return SPEEDS.find((speed) => end / speed <= 90) || SPEEDS.at(-1);
  }

  /**
   * A clock from 0 to `end` seconds. `onFrame(passed)` follows each frame with the real seconds since the last,
   * `onTurn()` each start and stop. `now` is the player's state: t, speed, calm and frames are read and written in it.
   */
  function makePlayback({ now, end, onFrame, onTurn }) {
    let request = 0, last = 0, waited = 0;

    function advance(passed) {
      waited += passed;
      if (!now.calm) now.t += passed * now.speed;
      else if (waited >= CALM_PAUSE) {
        waited = 0;
        now.t += CALM_STEP;
      }
      now.t = Math.min(now.t, end);
    }

    function frame(at) {
      const passed = P.clamp((at - last) / 1000, 0, LONGEST_FRAME);
      last = at;
      now.frames++;
      advance(passed);
      onFrame(passed);
      if (now.t >= end) pause();
      if (now.playing) request = requestAnimationFrame(frame);
    }

    function play() {
      if (now.playing) return;
      if (now.t >= end) now.t = 0;
      now.playing = true;
      last = performance.now();
      // Under reduced motion the first step is the reader's own wish: it comes at once.
      waited = CALM_PAUSE;
      onTurn();
      request = requestAnimationFrame(frame);
    }

    function pause() {
      if (!now.playing) return;
      stop();
      onTurn();
    }

    /** Ends without telling anybody. */
    function stop() {
      now.playing = false;
      cancelAnimationFrame(request);
    }

    return { play, pause, stop, toggle: () => (now.playing ? pause() : play()) };
  }

  Object.assign(P, { SPEEDS, usualSpeed, makePlayback });
})((globalThis.TrackerPlayer ??= {}));
