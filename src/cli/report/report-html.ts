/**
 * The page: one file that asks for nothing. What strangers wrote stands in it as JSON that holds no sign of HTML, and becomes
 * text of elements; a policy allows no script but the page's own, no network, and no HTML made from text.
 */
import { createHash } from 'node:crypto';
import type { PageParts } from './page-parts.ts';
import { BLOCK, packDetails, type ReportSource, reportData } from './report-data.ts';

/** @param name of the file that was read */
export function reportHtml(name: string, source: ReportSource, { script, style, body }: PageParts): string {
  const data = reportData(name, source);
  const blocks = Array.from({ length: Math.ceil(source.rows.length / BLOCK) }, (_, i) =>
    packDetails(source.rows.slice(i * BLOCK, (i + 1) * BLOCK).map(({ detail }) => detail)),
  );
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types',
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="generator" content="sluice report">',
    `<title>${html(name)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    body.trim(),
    `<script type="application/json" id="data">${json(data)}</script>`,
    ...blocks.map((block) => `<script type="application/json" class="details">${json(block)}</script>`),
    `<script>${script}</script>`,
    '</body>',
    '</html>\n',
  ].join('\n');
}

/** Of the exact text between the tags, as CSP level 2 has it. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON without the signs that could end its element, and without the line ends that older scripts do not know. */
export function json(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand between tags and in attributes. */
export function html(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}
