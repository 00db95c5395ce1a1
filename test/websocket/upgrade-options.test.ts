import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import type { UpgradeOptions } from '../../src/websocket/connection.ts';
import { readUpgradeOptions } from '../../src/websocket/upgrade-options.ts';

describe('the options of upgrade', () => {
  it('have these defaults', () => {
    expect({ ...readUpgradeOptions({}).settings }).toEqual({
      protocols: [],
      compression: undefined,
      mask: true,
      maxPayload: 100 * 1024 * 1024,
      autoPong: true,
      onPing: undefined,
      closeTimeout: 10_000,
    });
  });

  it.each([
    [{ protocols: 'chat' }, { protocols: ['chat'] }],
    [{ protocols: null }, { protocols: [] }],
    [
      { mask: null, autoPong: false },
      { mask: false, autoPong: false },
    ],
    [{ maxPayload: false as const }, { maxPayload: 0 }],
    [{ maxPayload: 2 ** 40 }, { maxPayload: 2 ** 31 - 1 }],
    [{ closeTimeout: '1.5s' }, { closeTimeout: 1500 }],
    [{ closeTimeout: 0 }, { closeTimeout: 0 }],
    [{ max_payload: 5, auto_pong: false } as UpgradeOptions, { maxPayload: 5, autoPong: false }],
  ])('read %j as %j', (given, expected) => {
    expect(readUpgradeOptions(given).settings).toMatchObject(expected);
  });

  it('leave the others to the request', () => {
    const { request } = readUpgradeOptions({ mask: true, timeout: 5, headers: { a: 'b' } });
    expect({ ...request }).toEqual({ timeout: 5, headers: { a: 'b' }, body: null, stream: false, sink: null });
  });

  it.each([
    [{ protocols: 'a b' }, /option protocols must be tokens .*got "a b"/],
    [{ protocols: ['a', ''] }, /option protocols must be tokens/],
    [{ protocols: ['a', 'a'] }, /option protocols must be different/],
    [{ protocols: 5 }, /option protocols must be tokens .*got 5/],
    [{ compression: 'yes' }, /option compression must be a boolean or a record, got "yes"/],
    [{ compression: { threshold: -1 } }, /option compression.threshold must be a whole number from 0/],
    [{ compression: { clientMaxWindowBits: 8 } }, /clientMaxWindowBits must be a whole number from 9 to 15, got 8/],
    [{ compression: { serverMaxWindowBits: 16 } }, /serverMaxWindowBits must be a whole number from 8 to 15, got 16/],
    [{ compression: { level: 10 } }, /option compression.level/],
    [{ compression: { serverNoContextTakeover: 1 } }, /serverNoContextTakeover must be a boolean, got 1/],
    [{ mask: 'no' }, /option mask must be a boolean, got "no"/],
    [{ autoPong: 0 }, /option autoPong must be a boolean, got 0/],
    [{ maxPayload: 0 }, /option maxPayload must be a number of bytes above 0, got 0/],
    [{ maxPayload: '5' }, /option maxPayload/],
    [{ onPing: {} }, /option onPing must be a function, got Object/],
    [{ closeTimeout: 'soon' }, /option closeTimeout must be milliseconds/],
    [{ json: {} }, /option json makes no sense for upgrade/],
    [{ body: 'x' }, /option body makes no sense/],
    [{ form_params: {} }, /option formParams makes no sense/],
    [{ sink: 'file' }, /option sink makes no sense/],
    [{ stream: true }, /option stream makes no sense/],
    [null, /options must be a record, got null/],
    [[], /options must be a record, got a list/],
  ])('refuse %j, as a rejection', async (given, fact) => {
    const asked = new Client().upgrade('ws://127.0.0.1:1/', given as unknown as UpgradeOptions);
    await expect(asked).rejects.toBeInstanceOf(TypeError);
    await expect(asked).rejects.toThrow(fact);
  });

  it('are checked for typing errors like those of any call', async () => {
    const asked = new Client().upgrade('ws://127.0.0.1:1/', { headrs: {} } as UpgradeOptions);
    await expect(asked).rejects.toThrow(/did you mean "headers"/);
  });

  it('are not read from a polluted prototype', () => {
    const polluted = Object.prototype as Record<string, unknown>;
    polluted['mask'] = false;
    polluted['threshold'] = 5;
    try {
      expect(readUpgradeOptions({ compression: true }).settings).toMatchObject({ mask: true });
      expect(readUpgradeOptions({ compression: true }).settings.compression!.threshold).toBeUndefined();
    } finally {
      delete polluted['mask'];
      delete polluted['threshold'];
    }
  });

  it.each([
    ['ftp://h/', /scheme/],
    ['/relative', /relative; set baseUri/],
    ['ws://', /no host|not a valid URL/],
    [5, /uri must be a string or a URL/],
  ])('come with a URI that can be requested: not %j', async (uri, fact) => {
    await expect(new Client().upgrade(uri as string)).rejects.toThrow(fact);
  });
});
