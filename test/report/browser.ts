/** Debian's Chromium (or `CHROMIUM=` its path) with a page of `sluice report` in it, cut off from every network. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { pageParts } from '../../src/cli/report/page-parts.ts';
import { readSource } from '../../src/cli/report/read-source.ts';
import { reportHtml } from '../../src/cli/report/report-html.ts';

export interface View {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

export interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** What the page said of itself: errors, and refusals of its policy. */
  readonly complaints: string[];
  /** What it asked for, its own file left out. */
  readonly asked: string[];
  /** Dialogs that a script opened. */
  readonly dialogs: string[];
  /** Milliseconds from asking for the page until it can be used. */
  readonly opened: number;
}

export class ReportBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'sluice-report-'));

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<ReportBrowser> {
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    return new ReportBrowser(await chromium.launch({ executablePath, args: ['--no-sandbox'] }));
  }

  /** Makes the page of a file of that name and text. @returns its path */
  async make(name: string, text: string): Promise<string> {
    const file = join(this.#folder, name);
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(file, text);
    const page = `${file}.html`;
    writeFileSync(page, reportHtml(basename(file), await readSource(file), await pageParts()));
    return page;
  }

  async open(path: string, { width = 1280, height = 800, scheme = 'light' }: View = {}): Promise<Opened> {
    const context = await this.#browser.newContext({ viewport: { width, height }, colorScheme: scheme });
    const page = await context.newPage();
    const [complaints, asked, dialogs]: string[][] = [[], [], []];
    const url = pathToFileURL(path).href;
    page.on('console', (message) => message.type() === 'error' && complaints!.push(message.text()));
    page.on('pageerror', (error) => complaints!.push(String(error)));
    page.on('request', (request) => request.url() !== url && asked!.push(request.url()));
    page.on('dialog', (dialog) => {
      dialogs!.push(dialog.message());
      void dialog.dismiss();
    });
    const started = performance.now();
    await page.goto(url);
    await page.waitForSelector('html[data-ready]');
    const opened = performance.now() - started;
    return {
      page,
      complaints: complaints!,
      asked: asked!,
      dialogs: dialogs!,
      opened,
      [Symbol.asyncDispose]: () => context.close(),
    };
  }

  /** A page of the browser's own. */
  async bare(url: string): Promise<Page> {
    const page = await (await this.#browser.newContext()).newPage();
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
