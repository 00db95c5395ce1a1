/** How an option is switched off. */
export type Off = null | false;
