/** What makes a Node of its own take TypeScript as this one does: `spawn(process.execPath, [...asHere, file])`. */
export const asHere: readonly string[] = ['--import', process.env.TEST_LOADER ?? 'tsx'];
