// Keeps apart what comes together. A page that was held up has keys of a second in one go; a telephone could not
// have sent them so, and they would rightly be doubted.

/** `act`, at most once in so many milliseconds, in the order of the calls; the first at once. */
export function paced<Of>(apartMs: number, act: (of: Of) => void): (of: Of) => void {
  const waiting: Of[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;

  function next() {
    const [of] = waiting.splice(0, 1);
    timer = of === undefined ? null : setTimeout(next, apartMs);
    if (of !== undefined) act(of);
  }
  return (of) => {
    waiting.push(of);
    if (timer === null) next();
  };
}
