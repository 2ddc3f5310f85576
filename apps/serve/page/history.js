// The takes that this browser keeps, in IndexedDB; other tabs hear of changes.

const channel = "BroadcastChannel" in window ? new BroadcastChannel("musicgen.takes") : null;
const listeners = new Set();
if (channel) channel.onmessage = () => listeners.forEach((listener) => listener());

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("musicgen", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("takes", { keyPath: "id" }).createIndex("created", "created");
      request.result.createObjectStore("sounds"); // WAV files, by the take's id
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function run(mode, work) {
  const transaction = (await open()).transaction(["takes", "sounds"], mode);
  const request = work(transaction.objectStore("takes"), transaction.objectStore("sounds"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? request.error);
  });
}

/** What is kept of each take but its sound (keeping.js), newest first. */
export const all = async () => (await run("readonly", (takes) => takes.index("created").getAll())).reverse();
export const sound = (id) => run("readonly", (takes, sounds) => sounds.get(id));

const erase = (id) => run("readwrite", (takes, sounds) => (sounds.delete(id), takes.delete(id)));

/** Stores a take, maybe with its WAV file; the oldest but favourites make way. */
export async function put(record, file) {
  for (;;) {
    try {
      await run("readwrite", (takes, sounds) => (file && sounds.put(file, record.id), takes.put(record)));
      return channel?.postMessage("changed");
    } catch (error) {
      const oldest = (await all()).reverse().find((take) => !take.favourite && take.id !== record.id);
      if (error?.name !== "QuotaExceededError" || !oldest) throw error;
      await erase(oldest.id);
    }
  }
}

export async function remove(id) {
  await erase(id);
  channel?.postMessage("changed");
}

export const onOtherTab = (listener) => listeners.add(listener);
