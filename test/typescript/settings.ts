/** Every way in which a project may have set up TypeScript, as far as it changes what the package's types mean. */
export const RESOLUTIONS = ['node10', 'node16', 'nodenext', 'bundler'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

export interface Setting {
  readonly resolution: Resolution;
  readonly strict: boolean;
  readonly exactOptionalPropertyTypes: boolean;
  readonly skipLibCheck: boolean;
  /** `lib: DOM`, as an app has it that runs in browsers. */
  readonly dom: boolean;
  /** `@types/node`. */
  readonly node: boolean;
}

const EITHER = [true, false];

export const settings: readonly Setting[] = RESOLUTIONS.flatMap((resolution) =>
  EITHER.flatMap((strict) =>
    // TypeScript refuses the second without the first.
    (strict ? EITHER : [false]).flatMap((exactOptionalPropertyTypes) =>
      EITHER.flatMap((skipLibCheck) =>
        EITHER.flatMap((dom) =>
          EITHER.map((node) => ({ resolution, strict, exactOptionalPropertyTypes, skipLibCheck, dom, node })),
        ),
      ),
    ),
  ),
);

/** The files of the program: each format that the resolution tells apart; what needs the globals, or Node's types, where they are. */
export function filesOf({ resolution, dom, node }: Setting): string[] {
  const endings = resolution === 'node16' || resolution === 'nodenext' ? ['mts', 'cts'] : ['ts'];
  const names = ['program', ...(dom || node ? ['globals'] : []), ...(node ? ['queues'] : [])];
  return endings.flatMap((ending) => names.map((name) => `${name}.${ending}`));
}

/** The compiler's options as `tsconfig.json` has them. */
export function compilerOptions(setting: Setting, version: number): Record<string, unknown> {
  const { resolution, strict, exactOptionalPropertyTypes, skipLibCheck, dom, node } = setting;
  const modules = { node10: 'commonjs', node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' };
  return {
    target: 'es2022',
    lib: ['es2022', ...(dom ? ['dom', 'dom.iterable'] : []), ...(node || version < 5.2 ? [] : ['esnext.disposable'])],
    module: modules[resolution],
    moduleResolution: resolution,
    types: node ? ['node'] : [],
    strict,
    exactOptionalPropertyTypes,
    skipLibCheck,
    noEmit: true,
    // What 6 only warns of, 7 has no more.
    ...(version === 6 && { ignoreDeprecations: '6.0' }),
  };
}

export function nameOf({ resolution, strict, exactOptionalPropertyTypes, skipLibCheck, dom, node }: Setting): string {
  const on = { strict, exactOptionalPropertyTypes, skipLibCheck, DOM: dom, '@types/node': node };
  return [resolution, ...Object.entries(on).map(([name, isOn]) => `${isOn ? '+' : '-'}${name}`)].join(' ');
}
