import { kind } from './error-row.ts';

/** What goes wrong with files that rows are read from. */
export const fileErrors = {
  SOURCE_FOLDER_REFUSED: kind(
    422,
    false,
    'The folder is not one that files may be read from.',
    'Choose a folder below one of TRIBUTARY_SOURCE_FOLDERS, or add it there.',
  ),
  SOURCE_FILE_REFUSED: kind(
    422,
    false,
    'A file cannot be read as its definition says.',
    'Mend the file or the connector definition, then retry.',
  ),
  SOURCE_FILE_CHANGING: kind(
    409,
    true,
    'A file changed each time it was read.',
    'Nothing, if it is written at the moment: it is read again. Else write it under another name and rename it.',
  ),
} as const;
