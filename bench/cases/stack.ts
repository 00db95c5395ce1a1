/** The stack alone, over a handler that answers at once: no socket, so all there is to measure is the project's own. */

import type { RequestOptions } from '../../src/options/options.ts';
import type { Handler, Middleware } from '../../src/stack/handler.ts';
import { loadSluice } from '../clients/sluice.ts';
import type { Rows } from '../results.ts';
import { median } from '../statistics.ts';
import type { Case, Contestant, Plan } from './case.ts';
import { cpuMicroseconds } from './load.ts';

type Sluice = Awaited<ReturnType<typeof loadSluice>>;

const ALONE: Contestant = { row: 'sluice', client: 'sluice' };
const COPIES = 10;
const BLOCK = 20_000;
/** Blocks that do not count. */
const WARM = 3;

/**
 * CPU nanoseconds of one, awaited one after the other; the median of the blocks, with what the collector takes of them. The
 * first ones are for the compiler.
 */
async function nanoseconds(send: () => Promise<unknown>, { measure }: Plan): Promise<number> {
  const end = performance.now() + measure / 4;
  const blocks: number[] = [];
  for (let block = 0; block < WARM + 5 || performance.now() < end; block++) {
    const used = cpuMicroseconds();
    for (let i = 0; i < BLOCK; i++) await send();
    if (block >= WARM) blocks.push(((cpuMicroseconds() - used) * 1000) / BLOCK);
  }
  return median(blocks);
}

/** The default layers, each with the options under which it has nothing to do. */
function layers(sluice: Sluice): Record<string, readonly [Middleware, RequestOptions]> {
  return {
    httpErrors: [sluice.httpErrors(), { httpErrors: false }],
    delay: [sluice.delay(), {}],
    deadline: [sluice.deadline(), {}],
    redirect: [sluice.redirect(), { allowRedirects: false }],
    retry: [sluice.retry(), {}],
    auth: [sluice.auth(), {}],
    cookies: [sluice.cookies(), {}],
    prepareBody: [sluice.prepareBody(), {}],
    decodeContent: [sluice.decodeContent(), { decodeContent: false }],
    limits: [sluice.limits(), { maxResponseSize: false }],
    stats: [sluice.stats(), {}],
    debug: [sluice.debug(), {}],
  };
}

const awaiting: Middleware = (next) => async (request, options) => {
  const response = await next(request, options);
  return response;
};

async function eachLayer(sluice: Sluice, plan: Plan): Promise<Rows> {
  const { HandlerStack, HttpRequest, HttpResponse } = sluice;
  const answer = Promise.resolve(new HttpResponse(200, {}, '', '1.1', 'OK'));
  const handler: Handler = () => answer;
  const request = new HttpRequest('GET', 'http://a.test/');
  const cost = (stack: InstanceType<Sluice['HandlerStack']>, options: RequestOptions) => {
    const send = stack.resolve();
    // As the client makes them: what inherits nothing is not copied between layers.
    const own = Object.assign(bareOptions(), options);
    return nanoseconds(() => send(request, own), plan);
  };
  const stacked = (middleware: Middleware) => {
    const stack = new HandlerStack(handler);
    for (let i = 0; i < COPIES; i++) stack.push(middleware);
    return stack;
  };
  // As they stand in the default stack: `defaultStack` marks its layers in the same way.
  const amongOurs = (middleware: Middleware) => stacked(middleware).seamless();
  const bareOptions = await optionsOf(sluice);
  const rows: Rows = {};
  const bare = await cost(new HandlerStack(handler), {});
  const over = async (stack: InstanceType<Sluice['HandlerStack']>, options: RequestOptions) =>
    ((await cost(stack, options)) - bare) / COPIES;
  for (const [name, [middleware, off]] of Object.entries(layers(sluice))) {
    // First by hand: what has been marked once keeps the mark.
    const byHand = await over(stacked(middleware), off);
    const [idle, standard] = [await over(amongOurs(middleware), off), await over(amongOurs(middleware), {})];
    rows[name] = { idle, standard, byHand };
  }
  const user = await over(stacked(awaiting), {});
  rows['a layer of the user that awaits'] = { idle: user, standard: user, byHand: user };
  return rows;
}

/** The client's kind of options object, taken from what a handler gets to see. */
async function optionsOf({ Client }: Sluice): Promise<() => RequestOptions> {
  let seen: RequestOptions | undefined;
  const client = new Client({
    handler: (_, options) => {
      seen = options;
      return Promise.reject(new Error('only to look'));
    },
  });
  await client.attempt('GET', 'http://a.test/');
  const prototype = Object.getPrototypeOf(seen);
  function Options() {}
  Options.prototype = prototype;
  return () => new (Options as unknown as new () => RequestOptions)();
}

const instantRows = async (sluice: Sluice, plan: Plan): Promise<Rows> => {
  const { Client, HandlerStack, HttpRequest, HttpResponse } = sluice;
  const answer = Promise.resolve(new HttpResponse(200, {}, '{"a":1}', '1.1', 'OK', { url: 'http://a.test/' }));
  const handler: Handler = () => answer;
  const request = new HttpRequest('GET', 'http://a.test/');
  const [bare, own] = [new Client({ handler }), new Client({ handler: HandlerStack.create(handler) })];
  const send = HandlerStack.create(handler).resolve();
  const bareOptions = (await optionsOf(sluice))();
  const contestants: Record<string, () => Promise<unknown>> = {
    'the default stack': () => send(request, bareOptions),
    'client.send(request)': () => own.send(request),
    'client.get(uri)': () => own.get('http://a.test/'),
    'client.get(uri), a plain function as handler': () => bare.get('http://a.test/'),
  };
  const rows: Rows = {};
  for (const [row, run] of Object.entries(contestants)) {
    const cost = await nanoseconds(run, plan);
    rows[row] = { cost, perSecond: 1e9 / cost };
  }
  return rows;
};

export const stack: readonly Case[] = [
  {
    name: 'stack',
    title: 'The stack over a handler that answers at once',
    note: 'One call after the other, each awaited; the median of blocks of 20 000 in a process, then of processes. The first row is the composed layers alone, the others the client with them.',
    figures: [
      { key: 'cost', title: 'CPU ns', digits: 0 },
      { key: 'perSecond', title: 'requests/s', digits: 0 },
    ],
    contestants: [ALONE],
    baseline: ALONE.row,
    run: async (_, { plan }) => instantRows(await loadSluice(), plan),
  },
  {
    name: 'layers',
    title: 'What each layer adds',
    note: 'CPU nanoseconds of one of ten copies over the handler alone, taken as in the table before: with the layer switched off, or with nothing to do, and with its default options, as in the default stack; and idle in a stack made by hand, where a seam before each layer mends what a stranger may have done to the options.',
    figures: [
      { key: 'idle', title: 'idle, ns', digits: 0 },
      { key: 'standard', title: 'by default, ns', digits: 0 },
      { key: 'byHand', title: 'idle by hand, ns', digits: 0 },
    ],
    contestants: [ALONE],
    baseline: ALONE.row,
    run: async (_, { plan }) => eachLayer(await loadSluice(), plan),
  },
];
