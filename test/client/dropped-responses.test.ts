import { http2Handler } from '../../src/handlers/http2/http2.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { describeDropped } from './dropped.ts';

describeDropped([
  ['undici', undiciHandler],
  ['http2', http2Handler],
]);
