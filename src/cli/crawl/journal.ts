/** The file of `sluice crawl`: a line for each page. What reads and writes it is `line-file.ts` of the library. */
import { LineFile, type LineReader } from '../../crawl/line-file.ts';
import { formatLine, type PageLine, parseLine } from './page-line.ts';

export type JournalReader = LineReader<PageLine>;

export class Journal extends LineFile<PageLine> {
  /**
   * @param path is opened, or made
   * @throws what the system says when the file cannot be opened; TypeError when it is no regular file
   */
  constructor(path: string) {
    super(path, { parse: parseLine, format: formatLine });
  }
}
