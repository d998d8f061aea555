import city from '@/city/zh-CN.json'
import { byFeature } from './catalogue'

export default { ...byFeature(import.meta.glob('./zh-CN/*.json', { eager: true, import: 'default' })), city }
