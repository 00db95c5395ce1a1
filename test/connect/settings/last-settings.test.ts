import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dialSettings } from '../../../src/connect/settings/dial-settings.ts';
import { DIAL_OPTIONS, LastSettings } from '../../../src/connect/settings/last-settings.ts';
import { offering } from '../../../src/handlers/http2/alpn.ts';
import { extendOptions } from '../../../src/options/option-record.ts';
import { checkOptions } from '../../../src/options/option-rules.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { certificates } from '../../support/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-last-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function authorityFile(): Promise<string> {
  const file = join(folder, 'ca.pem');
  writeFileSync(file, (await certificates()).ca.cert);
  return file;
}

describe('LastSettings', () => {
  it('compares every option that settings are made of', () => {
    const read = new Set<string | symbol>();
    const spy = new Proxy<RequestOptions>(
      { connectTimeout: 1 },
      {
        get(options, name) {
          read.add(name);
          return Reflect.get(options, name);
        },
      },
    );
    offering(dialSettings(spy), spy);
    expect(read).toContain('ca');
    expect([...read].filter((name) => !(DIAL_OPTIONS as readonly unknown[]).includes(name))).toEqual([]);
    expect(DIAL_OPTIONS.filter((name) => !read.has(name))).toEqual([]);
  });

  it('reads no file again for a copy of the options with something else in it', async () => {
    const settings = new LastSettings();
    const ca = await authorityFile();
    const first = settings.of({ ca });
    rmSync(ca);
    expect(settings.of({ ca, timeout: 5, headers: { a: 'b' } })).toBe(first);
  });

  it('keeps the settings of each client that shares a transport', async () => {
    const settings = new LastSettings();
    const ca = await authorityFile();
    const [one, other] = [{ ca }, { verify: true, connectTimeout: 7 }].map((given) =>
      Object.freeze(checkOptions(given)),
    );
    const first = settings.of(one!);
    settings.of(other!);
    rmSync(ca);
    expect(settings.of(one!)).toBe(first);
  });

  it('reads records that have come through the door once for the calls that copy them', () => {
    const settings = new LastSettings();
    const shared = checkOptions({ proxy: { http: 'http://a.test' }, ca: [] });
    const first = settings.of(extendOptions(shared, { timeout: 1 }));
    expect(settings.of(extendOptions(shared, { timeout: 2 }))).toBe(first);
  });

  it.each<[string, RequestOptions, RequestOptions]>([
    ['a limit', { connectTimeout: 1 }, { connectTimeout: 2 }],
    ['what is no more there', { connectTimeout: 1 }, {}],
    ['what is there now', {}, { localAddress: '127.0.0.2' }],
    ['trust', { connectTimeout: 1 }, { connectTimeout: 1, verify: false }],
  ])('makes others when the options differ in %s', (_, before, after) => {
    const settings = new LastSettings();
    expect(settings.of(before).key).toBe(dialSettings(before).key);
    expect(settings.of(after).key).toBe(dialSettings(after).key);
  });

  it('sees what was changed within a record that it was given before', () => {
    const settings = new LastSettings();
    const proxy = { http: 'http://a.test' };
    const denyPrivateNetwork = { allow: ['127.0.0.1'] };
    const before = settings.of({ proxy, denyPrivateNetwork });
    proxy.http = 'http://b.test';
    denyPrivateNetwork.allow.length = 0;
    const after = settings.of({ proxy, denyPrivateNetwork });
    expect(before.addressPolicy?.allows('h.test', 80, '127.0.0.1')).toBe(true);
    expect(after.addressPolicy?.allows('h.test', 80, '127.0.0.1')).toBe(false);
    expect(after.proxy.key).not.toBe(before.proxy.key);
  });

  it.each<[string, RequestOptions]>([
    ['default ones', {}],
    ['others', { connectTimeout: 5 }],
  ])('compares a copy with what %s were when they were read', (_, options) => {
    const settings = new LastSettings();
    settings.of(options);
    options.denyPrivateNetwork = true;
    expect(settings.of({ ...options }).addressPolicy?.allows('h.test', 80, '127.0.0.1')).toBe(false);
  });

  it('adapts again when the version alone differs', () => {
    const settings = new LastSettings(offering);
    const [newer, either] = [settings.of({ version: '2' }), settings.of({ version: 'auto' })];
    expect(newer.tls.ALPNProtocols).toEqual(['h2']);
    expect(either.tls.ALPNProtocols).toEqual(['h2', 'http/1.1']);
  });

  it('tells of options that cannot be used each time', () => {
    const settings = new LastSettings();
    settings.of({});
    const bad: RequestOptions = { localAddress: 'nowhere' };
    expect(() => settings.of(bad)).toThrow('localAddress must be an IP address');
    expect(() => settings.of(bad)).toThrow('localAddress must be an IP address');
  });
});
