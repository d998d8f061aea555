/** The fields of a camera record (一机一档) in the order and groups in which a clerk reads them.
 *  `codes` names the code list from which the value is chosen. */
export interface RecordField {
  key: string
  codes?: string
  kind?: 'text' | 'number' | 'boolean' | 'date'
}

export interface RecordGroup {
  key: string
  fields: readonly RecordField[]
}

export const RECORD_GROUPS: readonly RecordGroup[] = [
  {
    key: 'device',
    fields: [
      { key: 'manufacturer' },
      { key: 'model' },
      { key: 'original_device_code' },
      { key: 'camera_type', codes: 'PTZType_gb2022' },
      { key: 'imaging_type', codes: 'PhotoelectricImagingType_gb2022' },
      { key: 'function_type', codes: 'FunctionType_gb2022' },
      { key: 'supply_light', codes: 'SupplyLightType_gb2022' },
      { key: 'codec' },
      { key: 'resolution' },
      { key: 'has_pickup', kind: 'boolean' },
    ],
  },
  {
    key: 'place',
    fields: [
      { key: 'point_common_name' },
      { key: 'landmark' },
      { key: 'pole_number' },
      { key: 'direction', codes: 'DirectionType' },
      { key: 'room_type', codes: 'RoomType' },
      { key: 'place_type', codes: 'SXJWZLX_place_type' },
      { key: 'install_height' },
    ],
  },
  {
    key: 'management',
    fields: [
      { key: 'management_unit' },
      { key: 'management_contact' },
      { key: 'police_jurisdiction' },
      { key: 'install_time', kind: 'date' },
      { key: 'recording_days', kind: 'number' },
      { key: 'device_state', codes: 'SBZT_device_state' },
      { key: 'storage_device_code' },
      { key: 'construction_unit' },
      { key: 'maintenance_unit' },
    ],
  },
  {
    key: 'legal',
    fields: [
      { key: 'filing_no' },
      { key: 'signage', kind: 'boolean' },
      { key: 'secret_site_consent' },
      { key: 'data_grade' },
      { key: 'security_level', codes: 'SecurityLevelCode_gb2022' },
    ],
  },
]
