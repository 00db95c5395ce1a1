// Loaded into the thread that sends, which then ends in a way that it does not tell of: at once, or with a request.
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const { isMainThread } = require('node:worker_threads');

const ends = {
  exits: () => process.exit(3),
  memory: () => fill([]),
  throws: () => setImmediate(fail),
};
const [when, how] = (process.env.ENDS ?? '').split(' ');

if (!isMainThread && when === 'at-once') ends[how]();
if (!isMainThread && when === 'sending') subscribe('undici:client:sendHeaders', end);

function end() {
  unsubscribe('undici:client:sendHeaders', end);
  ends[how]();
}

function fill(kept) {
  for (;;) kept.push(new Array(100_000).fill({}));
}

function fail() {
  throw new Error('from a timer');
}
