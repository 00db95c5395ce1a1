/** What the docstrings of `RequestOptions` say, read from the source: one theme for each interface that it extends. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src/options');

/** A setting of an option that takes a record. */
export interface SettingFacts {
  readonly name: string;
  readonly summary: string;
  readonly fallback: string;
}

export interface OptionFacts extends SettingFacts {
  readonly takes: string;
  readonly readBy: string;
  readonly settings: readonly SettingFacts[];
}

export interface OptionTheme {
  readonly title: string;
  readonly options: readonly OptionFacts[];
}

/** What stands in `RequestOptions` itself: it needs the type of all options, so it has no file of its own. */
const OWN = 'Credentials';
/** It stands behind where a call goes and what is sent. */
const BEFORE_OWN = 2;

export function optionThemes(): OptionTheme[] {
  const files = ts.sys.readDirectory(folder, ['.ts']);
  const found = new Map(files.flatMap(interfacesOf).map((one) => [one.name.text, one]));
  const all = found.get('RequestOptions');
  if (all === undefined) throw new Error('src/options has no interface RequestOptions');
  const parts = (all.heritageClauses ?? []).flatMap(({ types }) => types.map(({ expression }) => expression.getText()));
  const themes = parts.map((name) => {
    const part = found.get(name)!;
    return { title: docOf(part).summary.replace(/\.$/, ''), options: optionsOf(part, found) };
  });
  return themes.toSpliced(BEFORE_OWN, 0, { title: OWN, options: optionsOf(all, found) });
}

function interfacesOf(file: string): ts.InterfaceDeclaration[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements.filter(ts.isInterfaceDeclaration);
}

function optionsOf(from: ts.InterfaceDeclaration, found: ReadonlyMap<string, ts.InterfaceDeclaration>): OptionFacts[] {
  return from.members.map((member) => {
    const name = member.name!.getText();
    const { summary, tags } = docOf(member);
    const [takes, fallback, readBy] = ['takes', 'default', 'readBy'].map((tag) => tags.get(tag));
    if (summary === '' || takes === undefined || fallback === undefined || readBy === undefined) {
      const { fileName } = from.getSourceFile();
      throw new Error(`${fileName}: the option ${name} needs a sentence, @takes, @default and @readBy`);
    }
    return { name, summary, takes, fallback, readBy, settings: settingsOf(member, found) };
  });
}

/** The members of the record that an option takes, if its type names one of `src/options`. */
function settingsOf(member: ts.TypeElement, found: ReadonlyMap<string, ts.InterfaceDeclaration>): SettingFacts[] {
  if (!ts.isPropertySignature(member) || member.type === undefined) return [];
  const kinds = ts.isUnionTypeNode(member.type) ? member.type.types : [member.type];
  const record = kinds.map((kind) => found.get(kind.getText())).find((one) => one !== undefined);
  return (record?.members ?? []).map((one) => {
    const { summary, tags } = docOf(one);
    const parameters = ts.isMethodSignature(one)
      ? `(${one.parameters.map(({ name }) => name.getText()).join(', ')})`
      : '';
    return { name: one.name!.getText() + parameters, summary, fallback: tags.get('default') ?? '' };
  });
}

function docOf(node: ts.Node): { readonly summary: string; readonly tags: ReadonlyMap<string, string> } {
  const doc = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
  const tags = (doc?.tags ?? []).map((tag) => [tag.tagName.text, textOf(tag.comment)] as const);
  return { summary: textOf(doc?.comment), tags: new Map(tags) };
}

function textOf(comment: ts.JSDoc['comment']): string {
  return (ts.getTextOfJSDocComment(comment) ?? '').replaceAll(/\s*\n\s*/g, ' ').trim();
}
