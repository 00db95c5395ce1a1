/**
 * Whether this is the build for browsers: there, bundlers leave out what stands behind it. For what is a line or two within
 * a function; what is more has a file of its own that another stands in for.
 */
export const IN_PAGE: boolean = false;
