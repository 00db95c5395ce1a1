import { expect, it } from 'vitest';
import { HandlerStack, HttpResponse } from '../src/index.ts';

const LAYERS =
  'httpErrors > delay > deadline > redirect > retry > auth > cookies > cache > prepareBody > decodeContent > limits > stats > debug';

it('prints the default stack, from the outside in', () => {
  expect(String(HandlerStack.create())).toBe(`${LAYERS} > undici|stream|node`);
});

it('puts the default layers around a handler that is given', () => {
  const own = async () => new HttpResponse(204);
  expect(String(HandlerStack.create(own))).toBe(`${LAYERS} > own`);
});
