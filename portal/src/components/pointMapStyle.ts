import type { FeatureLike } from 'ol/Feature'
import CircleStyle from 'ol/style/Circle'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style from 'ol/style/Style'
import Text from 'ol/style/Text'

export type Mark =
  | { kind: 'cluster'; count: number }
  | { kind: 'point'; id: string; name: string; health: string }

const FONT = "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
const HEALTH: Readonly<Record<string, string>> = { online: '#2b7a4b', degraded: '#c98a12', offline: '#b3261e' }
const UNKNOWN = '#8d9892'

export function districtStyle(): Style {
  return new Style({
    fill: new Fill({ color: '#fbfcfa' }),
    stroke: new Stroke({ color: '#b4c6bd', width: 1.2 }),
  })
}

/** In a layer of its own above the points, so that no point hides a district's name. */
export function districtName(feature: FeatureLike): Style {
  return new Style({
    text: new Text({
      text: String(feature.get('name')),
      font: `500 13px ${FONT}`,
      fill: new Fill({ color: '#4c5f56' }),
      stroke: new Stroke({ color: '#fbfcfa', width: 3 }),
      overflow: true,
    }),
  })
}

function cluster(count: number): Style {
  const radius = 11 + Math.min(16, Math.log10(count) * 5)
  return new Style({
    image: new CircleStyle({
      radius,
      fill: new Fill({ color: 'rgba(29, 84, 69, 0.86)' }),
      stroke: new Stroke({ color: 'rgba(29, 84, 69, 0.22)', width: 6 }),
    }),
    text: new Text({ text: String(count), font: `500 12px ${FONT}`, fill: new Fill({ color: '#fff' }) }),
    zIndex: 1,
  })
}

export function markStyle(mark: Mark | undefined, chosen: ReadonlySet<string>): Style | undefined {
  if (!mark) return undefined
  if (mark.kind === 'cluster') return cluster(mark.count)
  const picked = chosen.has(mark.id)
  return new Style({
    image: new CircleStyle({
      radius: picked ? 8 : 6,
      fill: new Fill({ color: HEALTH[mark.health] ?? UNKNOWN }),
      stroke: new Stroke({ color: picked ? '#e0a93b' : '#fff', width: picked ? 3 : 1.5 }),
    }),
    zIndex: picked ? 3 : 2,
  })
}
