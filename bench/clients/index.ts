/** Every client, in the order of the tables. */
import { axios } from './axios.ts';
import type { Client } from './client.ts';
import { builtInFetch } from './fetch.ts';
import { got } from './got.ts';
import { ky } from './ky.ts';
import { needle } from './needle.ts';
import { nodeFetch } from './node-fetch.ts';
import { nodeHttp } from './node-http.ts';
import { ofetch } from './ofetch.ts';
import { sluice } from './sluice.ts';
import { superagent } from './superagent.ts';
import { undiciDispatch, undiciFetch, undiciRequest } from './undici.ts';
import { wretch } from './wretch.ts';

/** What every other is compared with. */
export const BASELINE = 'undici.request';

export const clients: Readonly<Record<string, Client>> = {
  sluice,
  [BASELINE]: undiciRequest,
  'undici.dispatch': undiciDispatch,
  'undici.fetch': undiciFetch,
  'node:http': nodeHttp,
  'built-in fetch': builtInFetch,
  got,
  axios,
  ky,
  ofetch,
  'node-fetch': nodeFetch,
  superagent,
  needle,
  wretch,
};
