// slides.js: one slide at a time, by the keys that README.md names. Makes what does not fit on a
// face smaller, down to four fifths, and says in the root's data-overflowing which slides have too
// much even so: tests/check_lectures.sh reads it.
'use strict';

const root = document.documentElement;
const slides = [...document.querySelectorAll('.slide')];
const speaking = location.hash.startsWith('#speaker');
let at = 0, other = null;

function overflows(face) {
    const body = face.querySelector('.body');
    const wide = [...body.querySelectorAll('pre, table, img')].some(
        e => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right >
            face.getBoundingClientRect().right - 40);
    // The last line of the body may end above the footer, and no element outside of the face.
    const heading = face.querySelector('h1, h2, h3').getBoundingClientRect();
    return wide || body.scrollHeight > body.clientHeight + 1 || heading.height > 260 ||
        face.scrollHeight > face.clientHeight + 1;
}

function fit() {
    root.classList.add('measuring');
    const bad = [];
    slides.forEach((slide, i) => {
        const face = slide.querySelector('.face');
        for (let k = 1; overflows(face) && k > 0.8; )
            face.style.setProperty('--k', (k -= 0.05).toFixed(2));
        if (overflows(face))
            bad.push(i + 1);
    });
    root.classList.remove('measuring');
    root.dataset.slides = slides.length;
    root.dataset.overflowing = bad.join(' ');
}

function place() {
    const notes = root.classList.contains('with-notes');
    const width = speaking ? innerWidth * 0.6 : innerWidth;
    const scale = Math.min(width / 1280, innerHeight * (notes ? 0.6 : 1) / 720);
    root.style.setProperty('--scale', scale);
    root.style.setProperty('--left', (speaking ? 0 : (innerWidth - 1280 * scale) / 2) + 'px');
    root.style.setProperty('--top', (innerHeight - 720 * scale) / 2 + 'px');
    root.style.setProperty('--below', 720 * scale + 'px');
}

function title(slide) {
    return slide ? slide.querySelector('h1, h2, h3').textContent : '';
}

function show(i, told) {
    slides[at].classList.remove('shown');
    at = Math.max(0, Math.min(i, slides.length - 1));
    slides[at].classList.add('shown');
    document.getElementById('next').textContent =
        `${at + 1} / ${slides.length} → ${title(slides[at + 1])}`;
    history.replaceState(null, '', (speaking ? '#speaker-' : '#') + (at + 1));
    if (other && !told)
        other.postMessage({slide: at}, '*');
}

function press(event) {
    const to = {
        ArrowRight: at + 1, ArrowDown: at + 1, PageDown: at + 1, ' ': at + 1,
        ArrowLeft: at - 1, ArrowUp: at - 1, PageUp: at - 1,
        Home: 0, End: slides.length - 1,
    }[event.key];
    if (event.ctrlKey || event.altKey || event.metaKey)
        return;
    if (to !== undefined) {
        show(to);
        event.preventDefault();
    } else if (event.key === 'n' && !speaking) {
        root.classList.toggle('with-notes');
        place();
    } else if (event.key === 's' && !speaking) {
        const here = location.href.split('#')[0];
        other = window.open(`${here}#speaker-${at + 1}`, 'speaker', 'width=1200,height=800');
    }
}

const next = document.createElement('p');
next.id = 'next';
document.body.append(next);
addEventListener('load', () => {
    fit();
    root.classList.add('deck');
    if (speaking) {
        root.classList.add('speaker', 'with-notes');
        other = window.opener;
    }
    place();
    show(parseInt(location.hash.replace(/\D/g, '') || '1', 10) - 1, true);
});
addEventListener('resize', place);
addEventListener('keydown', press);
addEventListener('message', event => {
    if (event.data && Number.isInteger(event.data.slide))
        show(event.data.slide, true);
});
addEventListener('hashchange', () => show(parseInt(location.hash.replace(/\D/g, '') || '1', 10) - 1));
