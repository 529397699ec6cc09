const OPEN = '<!-- repository only -->';
const CLOSE = '<!-- /repository only -->';

/**
 * The README as the VSIX carries it: without what is only for who has the repository, between two marks, each on a line
 * of its own.
 * @param {string} text
 * @throws Error when a mark has no partner or shares its line.
 */
export function packagedReadme(text) {
  const kept = [];
  let isCut = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (line === (isCut ? CLOSE : OPEN)) isCut = !isCut;
    else if (/<!--.*repository only/.test(line))
      throw new Error(`README.md, line ${index + 1}: "${line}" is out of place.`);
    else if (!isCut) kept.push(line);
  }
  if (isCut) throw new Error(`README.md: a mark "${CLOSE}" is missing.`);
  // Where something was cut, its blank lines are left on both sides.
  return kept.join('\n').replace(/\n{3,}/g, '\n\n');
}
