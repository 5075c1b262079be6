/** What makes a Node of its own take TypeScript as this one does: `spawn(process.execPath, [...asHere, file])`. */
export const asHere: readonly string[] = process.execArgv.flatMap((arg, index, all) => {
  const value = all[index + 1];
  return arg === '--import' && value !== undefined ? [arg, value] : [];
});
