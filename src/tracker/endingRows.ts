/** The rows that are being ended, by key. */
export class EndingRows {
  /** The number of waiting and running reaps per row. */
  private readonly counts = new Map<string, number>();

  constructor(private readonly onChange: () => void) {}

  has(key: string): boolean {
    return this.counts.has(key);
  }

  /** Marks rows until the work has settled. */
  async during<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const key of keys) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    if (keys.length > 0) this.onChange();
    try {
      return await work();
    } finally {
      for (const key of keys) {
        const left = (this.counts.get(key) ?? 1) - 1;
        if (left > 0) this.counts.set(key, left);
        else this.counts.delete(key);
      }
      if (keys.length > 0) this.onChange();
    }
  }
}
