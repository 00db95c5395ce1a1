import { describe, expect, it } from 'vitest';
import { addressPolicy } from '../../../src/connect/rules/address-policy.ts';
import type { PrivateNetworkOptions } from '../../../src/options/options.ts';

describe('addressPolicy', () => {
  it.each<[string, string]>([
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['link-local', '169.254.1.1'],
    ['metadata', '169.254.169.254'],
    ['metadata of Oracle', '192.0.0.192'],
    ['metadata of Alibaba', '100.100.100.200'],
    ['platform of Azure', '168.63.129.16'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['benchmarks', '198.18.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '203.0.113.1'],
    ['6to4 relay', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped', '::ffff:a9fe:a9fe'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::127.0.0.1'],
    ['NAT64', '64:ff9b::a00:1'],
    ['local NAT64', '64:ff9b:1::8.8.8.8'],
    ['discard', '100::1'],
    ['Teredo', '2001::1'],
    ['ORCHID', '2001:20::1'],
    ['6to4', '2002:7f00:1::'],
    ['6to4', '2002:808:808::1'],
    ['ISATAP', '2606:4700::5efe:10.0.0.1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['unique local', 'fd00::1'],
    ['metadata of Amazon', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['no address', 'localhost'],
  ])('denies %s: %s', (_, address) => {
    expect(addressPolicy(true).allows('a.test', 80, address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '198.20.0.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2001:4860:4860::8888',
    '64:ff9b::808:808',
    '::ffff:8.8.8.8',
  ])('allows %s', (address) => {
    expect(addressPolicy(true).allows('a.test', 80, address)).toBe(true);
  });

  it.each<[string, PrivateNetworkOptions, string, number, string, boolean]>([
    ['deny adds', { deny: ['8.8.0.0/16'] }, 'a.test', 80, '8.8.8.8', false],
    ['deny adds an address in any spelling', { deny: ['0x08080808'] }, 'a.test', 80, '8.8.8.8', false],
    ['deny an address behind NAT64', { deny: ['8.8.8.8'] }, 'a.test', 80, '64:ff9b::808:808', false],
    ['deny a network behind NAT64', { deny: ['8.8.0.0/16'] }, 'a.test', 80, '64:ff9b::808:808', false],
    ['deny an address behind ISATAP', { deny: ['8.8.8.8'] }, 'a.test', 80, '2606:4700::200:5efe:808:808', false],
    ['allow an address, and not what reaches it', { allow: ['10.0.0.1'] }, 'a.test', 80, '64:ff9b::a00:1', false],
    ['deny leaves the built-in list', { deny: ['8.8.8.8'] }, 'a.test', 80, '10.0.0.1', false],
    ['deny a host and port', { deny: ['a.test:80'] }, 'a.test', 80, '8.8.8.8', false],
    ['deny another port', { deny: ['a.test:81'] }, 'a.test', 80, '8.8.8.8', true],
    ['allow a network', { allow: ['10.1.0.0/16'] }, 'a.test', 80, '10.1.2.3', true],
    ['allow a network, mapped', { allow: ['10.1.0.0/16'] }, 'a.test', 80, '::ffff:10.1.2.3', true],
    ['allow no more than that', { allow: ['10.1.0.0/16'] }, 'a.test', 80, '10.2.2.3', false],
    ['allow beats deny', { allow: ['8.8.8.8'], deny: ['8.0.0.0/8'] }, 'a.test', 80, '8.8.8.8', true],
    ['allow a host and port, whatever its address', { allow: ['db.test:80'] }, 'db.test', 80, '127.0.0.1', true],
    ['in any case', { allow: ['DB.test:80'] }, 'db.test.', 80, '127.0.0.1', true],
    ['and not its subdomains', { allow: ['db.test:80'] }, 'x.db.test', 80, '127.0.0.1', false],
    ['nor another port', { allow: ['db.test:80'] }, 'db.test', 81, '127.0.0.1', false],
    ['allow an address at a port', { allow: ['127.0.0.1:80'] }, 'a.test', 80, '127.0.0.1', true],
    ['and not at another', { allow: ['127.0.0.1:80'] }, 'a.test', 81, '127.0.0.1', false],
    ['allow IPv6 at a port', { allow: ['[::1]:80'] }, '::1', 80, '::1', true],
  ])('%s', (_, option, hostname, port, address, expected) => {
    expect(addressPolicy(option).allows(hostname, port, address)).toBe(expected);
  });

  it.each<[unknown, RegExp]>([
    [{ allow: ['localhost'] }, /^option denyPrivateNetwork\.allow must list .* got "localhost"/],
    [{ allow: ['*'] }, /got "\*"/],
    [{ allow: ['.test:80'] }, /got "\.test:80"/],
    [{ deny: ['10.0.0.0/99'] }, /^option denyPrivateNetwork\.deny must list/],
    [{ deny: '10.0.0.0/8' }, /^option denyPrivateNetwork\.deny must be a list of texts, got string/],
    [{ allowed: [] }, /^option denyPrivateNetwork has allow and deny, not "allowed"/],
  ])('refuses %j', (option, message) => {
    const read = () => addressPolicy(option as PrivateNetworkOptions);
    expect(read).toThrow(TypeError);
    expect(read).toThrow(message);
  });

  it('has one key for equal policies', () => {
    const key = (option: true | PrivateNetworkOptions) => addressPolicy(option).key;
    expect(key({ allow: ['1.1.1.1', '2.2.2.2'] })).toBe(key({ allow: ['2.2.2.2', '1.1.1.1'], deny: [] }));
    expect(key({})).toBe(key(true));
    expect(key({ allow: ['1.1.1.1'] })).not.toBe(key({ deny: ['1.1.1.1'] }));
  });
});
