/** Where a branch that no test took is a rule that nobody holds: the folders whose coverage has a threshold. */
export const COUNTED = ['src/connect', 'src/handlers', 'src/middleware', 'src/semantics'] as const;
