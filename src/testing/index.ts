/** What tests need: answers without a server, a clock that waits for nobody, and real servers that misbehave on order. */
export { type HistoryEntry, history } from '../middleware/history.ts';
export type { Answer, AnswerParts } from './doubles/answer.ts';
export type { RecordMatch, RecordMatcher } from './doubles/cassette.ts';
export type { Expectation, ReplyAnswer } from './doubles/expectation.ts';
export { type ExpectationsHandler, expectations } from './doubles/expectations.ts';
export type { FailKind } from './doubles/failures.ts';
export { type RecordHandler, type RecordMode, type RecordOptions, record } from './doubles/record.ts';
export type { RequestMatch } from './doubles/request-match.ts';
export { type RouteAnswer, type Routes, type RoutesHandler, type RoutesOptions, routes } from './doubles/routes.ts';
export { FakeClock } from './fake-clock.ts';
/** Scripts of servers that are broken or hostile, by name, for `startScriptedServer`. */
export * as faults from './faults.ts';
export {
  type MockAnswer,
  type MockHandler,
  type MockItem,
  type MockOptions,
  type MockOutcome,
  mockHandler,
} from './mock-handler.ts';
export {
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
  type Step,
  startScriptedServer,
} from './scripted-server.ts';
export {
  type QueuedAnswer,
  type RecordedRequest,
  type ServerTls,
  startServer,
  type TestServer,
  type TestServerOptions,
} from './server.ts';
