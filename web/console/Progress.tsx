/** How many of how many, as a bar and in figures. */
export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
  return (
    <span className="progress">
      <progress value={done} max={Math.max(of, 1)} aria-label={label} />
      <span className="figures-plain">
        {done}/{of}
      </span>
    </span>
  );
}
