import { expect, it } from 'vitest';
import { authPlan } from '../../src/options/auth-plan.ts';

it.each<[unknown[], string]>([
  [['u', 'p', 7], 'got number'],
  [['u', 'p', null], 'got null'],
  [['u', 'p', 's3cret'], 'got another text'],
  [[7, 'p'], 'the user must be a string, got number'],
  [['u', ['s3cret']], 'the password must be a string, got a list'],
])('refuses %j, and says what was found without showing it', (option, words) => {
  const plan = () => authPlan(option as never);
  expect(plan).toThrow(TypeError);
  expect(plan).toThrow(words);
  expect(plan).not.toThrow('s3cret');
});

it.each([
  [['u', 'p', undefined], { authorization: 'Basic dTpw' }],
  [['u', 'p', 'DIGEST'], { user: 'u', password: 'p' }],
])('takes %j', (option, plan) => {
  expect(authPlan(option as never)).toEqual(plan);
});
