// What the server can do; waits while it loads, asks for the key where it wants one.
import * as api from "./api.js";
import { byId, on, say } from "./elements.js";

function read(props) {
  const models = (props.models ?? []).map((model) => {
    const about = [model.melody && "follows melodies", model.style && "follows styles", model.stereo && "stereo", /^(mit|apache)/i.test(model.licence) || model.licence].filter((word) => typeof word === "string");
    return { ...model, defaults: model.defaults ?? {}, summary: about.join(" · ") };
  });
  return { ...props, models, limits: props.limits ?? {} };
}

function askForKey() {
  const dialog = byId("key-dialog");
  return new Promise((resolve) => {
    dialog.onclose = () => {
      if (dialog.returnValue === "ok" && byId("key").value) api.setKey(byId("key").value);
      resolve(dialog.returnValue === "ok");
    };
    if (!dialog.open) dialog.showModal();
  });
}

/** Calls `ready` with the properties whenever they change; {keyed}: the server wants a key. */
export function connect(ready) {
  const state = { keyed: false };
  let known = "";
  const tell = (name, sentence) => {
    byId("server").dataset.state = name;
    say("server-text", sentence);
  };
  async function ask() {
    try {
      const props = read(await api.props());
      byId("key-button").hidden = !state.keyed;
      if (JSON.stringify(props) !== known) ready(props);
      known = JSON.stringify(props);
      if (!(await api.healthy())) {
        tell("waiting", "The model is loading…");
        return setTimeout(ask, 1000);
      }
      tell("ready", ["Ready", props.device].filter(Boolean).join(" · "));
      setTimeout(ask, 20000);
    } catch (error) {
      if (error.status === 401) {
        state.keyed = true;
        byId("key-button").hidden = false;
        tell("locked", "A key is needed");
        if (await askForKey()) ask();
        return;
      }
      tell("away", error.status === 503 ? "The model is loading…" : "The server cannot be reached");
      setTimeout(ask, 2000);
    }
  }
  on("key-button", "click", async () => (await askForKey()) && ask());
  ask();
  return state;
}
