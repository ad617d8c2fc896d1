import { render } from 'preact';
import { App } from './App.js';
import { begin } from './actions.js';
import './page.css';

render(<App />, document.getElementById('app')!);
void begin();
