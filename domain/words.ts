/** A number for people. One so great or small that its digits would fill a line has an exponent. */
export function shownBy(format: Intl.NumberFormat, value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e15 || size < 1e-4) ? value.toExponential(2) : format.format(value);
}
