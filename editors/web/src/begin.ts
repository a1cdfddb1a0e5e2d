// Goes before all else in the page: the server takes the longest, and begins to load while the page does.

/** The first server, and what is heard from it before the page listens. */
export interface Begun { worker: Worker; said: MessageEvent[]; failed: ErrorEvent[] }

const begun: Begun = { worker: new Worker('worker.js'), said: [], failed: [] };
begun.worker.onmessage = (event) => begun.said.push(event);
begun.worker.onerror = (event) => begun.failed.push(event);
Object.assign(globalThis, { begun });
