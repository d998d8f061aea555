import GeoJSON from 'ol/format/GeoJSON'
import type Feature from 'ol/Feature'
import boundaries from './boundaries.json'

/** The boundaries' source, as its review for publication asks it to be shown beside every map drawn from them. */
export const MAP_REVIEW_NUMBER = 'GS(2024)0650号'

/** Districts and counties of the city, in the map's projection. */
export function districts(): Feature[] {
  return new GeoJSON().readFeatures(boundaries, { dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857' })
}
