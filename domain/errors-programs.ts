import { type ErrorKind, kind } from './error-row.ts';

/** Failures of programs that are sources: Singer taps and Airbyte sources. */
export const programErrors = {
  SOURCE_PROGRAM_NOT_ALLOWED: kind(
    422,
    false,
    'The program of the source is not on the allow list of this installation.',
    'Add it to TRIBUTARY_SOURCE_PROGRAMS of every worker and start them again.',
  ),
  SOURCE_PROGRAM_NOT_FOUND: kind(
    422,
    false,
    'The program of the source is not there or may not be run.',
    'Install it on every worker where TRIBUTARY_SOURCE_PROGRAMS says it is.',
  ),
  SOURCE_PROGRAM_FAILED: kind(
    502,
    true,
    'The program of the source ended with an error.',
    'Read its last words; it is started again from the last place that it saved.',
  ),
  SOURCE_PROGRAM_SILENT: kind(
    504,
    true,
    'The program of the source said nothing for too long and was ended.',
    'Look at its log; if it needs longer, raise program.quietSecs in the connector definition.',
  ),
  SOURCE_PROGRAM_GARBAGE: kind(
    502,
    false,
    'The program of the source printed something that is no message.',
    'Run the program by hand and look at the named line; rows before it are kept.',
  ),
  SOURCE_CONFIGURATION_REFUSED: kind(
    422,
    false,
    'The program of the source does not accept the configuration.',
    'Correct what it names, then submit the configuration again.',
  ),
} as const satisfies Record<string, ErrorKind>;
