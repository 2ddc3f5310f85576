// Sound from the microphone.
import { interleave } from "./wav.js";

const LONGEST_S = 60;

/** Records: {stop(), done: Promise<{samples, rateHz}>}, one channel. Throws an Error. */
export async function record() {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error("The browser gives the microphone only to https pages and to this computer's own server.");
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  } catch (error) {
    throw new Error(error.name === "NotFoundError" ? "No microphone was found." : "The browser was not allowed to use the microphone.");
  }
  const context = new AudioContext();
  await context.audioWorklet.addModule("recorder.js");
  const node = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  const chunks = [];
  node.port.onmessage = ({ data }) => chunks.push(data);
  context.createMediaStreamSource(stream).connect(node);
  let stop;
  const done = new Promise((resolve) => {
    const timer = setTimeout(() => stop(), 1000 * LONGEST_S);
    stop = () => {
      clearTimeout(timer);
      for (const track of stream.getTracks()) track.stop();
      const rateHz = context.sampleRate;
      context.close();
      const all = new Float32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      chunks.reduce((at, chunk) => (all.set(chunk, at), at + chunk.length), 0);
      resolve({ samples: interleave([all]), rateHz });
    };
  });
  return { stop: () => stop(), done };
}
