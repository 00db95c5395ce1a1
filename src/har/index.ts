/** `sluice/har`: an archive of what a client sends and receives, for viewers and for replay. */
export { type HarArchive, type HarOptions, har } from './har.ts';
export type {
  Har,
  HarContent,
  HarCookie,
  HarEntry,
  HarError,
  HarLog,
  HarPair,
  HarPostData,
  HarRequest,
  HarResponse,
  HarTimings,
} from './har-format.ts';
