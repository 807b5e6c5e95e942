/* The player as a Streamlit component of version 2. The scene is the component's data; a click answers as "pick". */
const leaflet = (() => {
  // Leaflet finds these as in Node and gives itself to them; the window's own L, if any, is given back.
  const module = { exports: {} };
  const exports = module.exports;
  __LEAFLET__
  return exports.noConflict();
})();

__PLAYER__

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tracker");
  if (!root || !data) return undefined;
  const scene = JSON.stringify(data);
  const onPick = (pick) => setTriggerValue("pick", pick);
  const before = root.trackerPlayer;
  if (before && before.scene === scene) {
    // Streamlit runs this at each rerun of the page: the march plays on.
    before.onPick = onPick;
    return before.end;
  }
  const moment = before?.player.state();
  before?.end();
  const held = { scene, onPick };
  held.player = globalThis.TrackerPlayer.attach(root, data, { leaflet, onPick: (pick) => held.onPick(pick) });
  held.end = () => {
    // A later scene may already stand here; its player is not ours to end.
    held.player.destroy();
    if (root.trackerPlayer === held) delete root.trackerPlayer;
  };
  root.trackerPlayer = held;
  if (moment) {
    // The new scene may begin at another moment.
    held.player.seek((Date.parse(moment.time) - Date.parse(data.t0)) / 1000);
    if (moment.playing) held.player.play();
  }
  return held.end;
}
