// Goes before the worker's script, and spoils what it sends: a server that answers wrongly.
import { spoiledNotifications, spoilers } from '../../test/spoil.mjs';

const asked = new Map();
const post = self.postMessage.bind(self);

self.addEventListener('message', ({ data }) => {
  if (data.id !== undefined && data.method !== undefined) asked.set(data.id, data.method);
});
self.postMessage = (message) => {
  const spoil = message.method === undefined ? spoilers[asked.get(message.id)] : undefined;
  if (spoil && 'result' in message) message.result = spoil(message.result) ?? null;
  spoiledNotifications[message.method]?.(message.params);
  post(message);
};
