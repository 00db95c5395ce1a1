/**
 * Properties draw the same values in each run: what fails has failed before it is merged. `FUZZ=10` draws others, and more of them.
 */
import fc from 'fast-check';

if (process.env['FUZZ'] === undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_121 });
