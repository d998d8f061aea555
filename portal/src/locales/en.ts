import city from '@/city/en.json'
import { byFeature } from './catalogue'

export default { ...byFeature(import.meta.glob('./en/*.json', { eager: true, import: 'default' })), city }
