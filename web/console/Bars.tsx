/* A small chart of bars over days: up, and down where a day has two figures. Its page shows the same facts as a table. */

export interface Bar {
  key: string;
  /** What a pointer that rests on it is told. */
  title: string;
  up: bigint;
  down?: bigint;
}

interface Props {
  label: string;
  bars: readonly Bar[];
  /** What stands for the greatest figure, in words. */
  greatest: (most: bigint) => string;
}

const HEIGHT = 1000n;
const WIDTH = 10;

export function Bars({ label, bars, greatest }: Props) {
  const figures = bars.flatMap((bar) => [bar.up, bar.down ?? 0n]);
  const most = figures.reduce((a, b) => (b > a ? b : a), 0n);
  const twoWays = bars.some((bar) => bar.down !== undefined);
  /* Whole thousandths of the height: figures of money become no floats on their way. */
  const tall = (figure: bigint) => (most === 0n ? 0 : Number((figure * HEIGHT) / most));
  const ground = Number(HEIGHT);
  return (
    <figure className="bars">
      <span className="bars-most figures-plain">{greatest(most)}</span>
      <svg
        role="img"
        aria-label={label}
        viewBox={`0 0 ${Math.max(bars.length, 1) * WIDTH} ${twoWays ? 2 * ground : ground}`}
        preserveAspectRatio="none"
      >
        {bars.map((bar, at) => (
          <g key={bar.key}>
            <title>{bar.title}</title>
            <rect
              className="bar-ground"
              x={at * WIDTH}
              y={0}
              width={WIDTH}
              height={twoWays ? 2 * ground : ground}
            />
            <rect
              className="bar-up"
              x={at * WIDTH + 1}
              y={ground - tall(bar.up)}
              width={WIDTH - 2}
              height={tall(bar.up)}
            />
            {bar.down !== undefined && (
              <rect
                className="bar-down"
                x={at * WIDTH + 1}
                y={ground}
                width={WIDTH - 2}
                height={tall(bar.down)}
              />
            )}
          </g>
        ))}
      </svg>
      <span className="bars-ends figures-plain" aria-hidden="true">
        <span>{bars[0]?.key}</span>
        <span>{bars.at(-1)?.key}</span>
      </span>
    </figure>
  );
}
