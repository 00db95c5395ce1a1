import { expect, it } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { denyPrivateNetwork } from '../../src/middleware/deny-private-network.ts';
import { newOptions } from '../../src/options/option-record.ts';
import { answering } from '../support/fake-handler.ts';

const request = new HttpRequest('GET', 'http://h.test/');
const policy = { allow: ['10.0.0.0/8'] };

it('is in force whatever the options of a call say', async () => {
  const { handler, asked } = answering(new HttpResponse(204));
  const layer = denyPrivateNetwork(policy)(handler);
  for (const own of [undefined, false, true, { allow: ['127.0.0.1'] }]) {
    await layer(request, Object.assign(newOptions(), { denyPrivateNetwork: own, timeout: 5 }));
  }
  expect(asked.map(({ options }) => [options.denyPrivateNetwork, options.timeout])).toEqual(
    Array.from({ length: 4 }, () => [policy, 5]),
  );
});

it('makes the options once for calls that share frozen ones, and none for those that hold it', async () => {
  const { handler, asked } = answering(new HttpResponse(204));
  const layer = denyPrivateNetwork(policy)(handler);
  const same = Object.freeze(newOptions());
  for (let i = 0; i < 2; i += 1) await layer(request, same);
  const guarded = Object.assign(newOptions(), { denyPrivateNetwork: policy });
  await layer(request, guarded);
  expect(asked[1]!.options).toBe(asked[0]!.options);
  expect(asked[2]!.options).toBe(guarded);
});

it.each([null, false, 'yes', []])('refuses %j as a policy where the layer is made', (given) => {
  expect(() => denyPrivateNetwork(given as never)).toThrow(TypeError);
});
