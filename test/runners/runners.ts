/** The test runners: what is installed for each, how it is started, and how it counts. Versions are exact. */
export interface Runner {
  readonly packages: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly passed: RegExp;
  readonly failed: RegExp;
  /** Checks that must have passed: a runner that found none has shown nothing. */
  readonly least: number;
}

/** `expect(found).toEqual(asked)`, which is to fail, and gives its message. */
const EXPECT = `async (found, asked) => {
  try { expect(found).toEqual(asked); } catch (error) { return error.message + '\\n' + JSON.stringify(error.actual ?? error.matcherResult ?? ''); }
  throw new Error('the assertion passed');
}`;
const ASSERT = `async (found, asked) => {
  try { assert.deepStrictEqual(found, asked); } catch (error) { return error.message; }
  throw new Error('the assertion passed');
}`;
const CHAI = `async (found, asked) => {
  try { expect(found).to.equal(asked); } catch (error) { return error.message; }
  throw new Error('the assertion passed');
}`;
const LEAST = 8;

const vitest = (version: string): Runner => ({
  packages: { vitest: version },
  files: {
    'package-type.test.mjs': `
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import * as sluice from 'sluice';
import * as testing from 'sluice/testing';
createRequire(import.meta.url)('./checks.cjs')({ check: test, sluice, testing, fails: ${EXPECT} });`,
  },
  command: ['npx', 'vitest', 'run'],
  passed: /Tests\s+(?:\d+ failed \| )?(\d+) passed/,
  failed: /Tests\s+(\d+) failed/,
  least: LEAST,
});

export const runners: Readonly<Record<string, Runner>> = {
  // CommonJS, its default, in which `import()` is not to be had.
  jest: {
    packages: { jest: '30.5.2' },
    files: {
      'checks.test.js': `
require('./checks.cjs')({ check: test, sluice: require('sluice'), testing: require('sluice/testing'), fails: ${EXPECT} });`,
      'jest.config.js': `module.exports = { testTimeout: 30000 };`,
    },
    command: ['npx', 'jest'],
    passed: /Tests:.*?(\d+) passed/,
    failed: /Tests:.*?(\d+) failed/,
    least: LEAST,
  },
  vitest3: vitest('3.2.4'),
  vitest4: vitest('4.1.12'),
  mocha: {
    packages: { mocha: '11.8.0', chai: '4.5.0' },
    files: {
      'checks.test.cjs': `
const { config, expect } = require('chai');
// chai cuts what it shows at 40 characters.
config.truncateThreshold = 0;
require('./checks.cjs')({ check: it, sluice: require('sluice'), testing: require('sluice/testing'), fails: ${CHAI} });`,
    },
    command: ['npx', 'mocha', '--timeout', '30000', 'checks.test.cjs'],
    passed: /(\d+) passing/,
    failed: /(\d+) failing/,
    least: LEAST,
  },
  'node:test': {
    packages: {},
    files: {
      'checks.test.cjs': `
const { test } = require('node:test');
const assert = require('node:assert/strict');
require('./checks.cjs')({ check: test, sluice: require('sluice'), testing: require('sluice/testing'), fails: ${ASSERT} });`,
    },
    command: [process.execPath, '--test', '--test-reporter=tap', 'checks.test.cjs'],
    passed: /# pass (\d+)/,
    failed: /# fail (\d+)/,
    least: LEAST,
  },
};
