-- slides.lua: a lecture becomes slides (called by scripts/slides). What stands where is decided by
-- what it is: headings, lists, tables, figures, drawings, code and quotations go on the face of a
-- slide, paragraphs are the notes to it. See README.md, "How to write one".

local LECTURER, STORY, QUESTIONS = 2, 3, 5 -- which `##` of the six; the rest are plain slides
local WIDTH, HEIGHT = 1128, 520            -- what code may take of a face, in its pixels
local COLUMN, LINE = 0.602, 1.25           -- a letter's width and a line's height, by its size
local SMALLEST, LARGEST = 18, 34           -- a letter's size

local function html(text)
    return pandoc.RawBlock('html', text)
end

local function escape(text)
    return (text:gsub('[&<>]', {['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;'}))
end

-- Letters that are as wide as two others: Korean, Chinese, Japanese.
local function columns(line)
    local n = 0
    for _, c in utf8.codes(line) do
        n = n + (c >= 0x1100 and c ~= 0x2026 and (c < 0x2000 or c > 0x2fff) and 2 or 1)
    end
    return n
end

local function measure(code)
    local lines, widest = 0, 0
    for line in (code.text .. '\n'):gmatch('(.-)\n') do
        lines = lines + 1
        widest = math.max(widest, columns(line))
    end
    return lines, widest
end

local function is_demo(block)
    return block.t == 'CodeBlock' and block.text:match('^make demo D=%S+$')
end

local function is_figure(block)
    return block.t == 'Para' and #block.content == 1 and block.content[1].t == 'Image'
end

-- `<!-- text -->`, or nil.
local function comment(block)
    return block.t == 'RawBlock' and block.text:match('^<!%-%- *(.-) *%-%->%s*$')
end

-- An excerpt begins where its code does: what all lines have in front is taken away. `// ...`
-- stands at the beginning of its line, wherever the code around it does.
local function dedent(text)
    local least
    for line in (text .. '\n'):gmatch('(.-)\n') do
        if line:match('%S') and not line:match('^ *// %.%.%.$') then
            local blanks = #line:match('^ *')
            least = math.min(least or blanks, blanks)
        end
    end
    local cut = {}
    for line in (text .. '\n'):gmatch('(.-)\n') do
        local blanks = #line:match('^ *')
        table.insert(cut, line:sub(math.min(least or 0, blanks) + 1))
    end
    return table.concat(cut, '\n')
end

local slides, slide, section, source, aside, label

local function begin(kind, heading)
    slide = {kind = kind, heading = heading, face = {}, notes = {}, code = {}}
    table.insert(slides, slide)
end

local function put_code(block)
    if source then
        table.insert(slide.face, html('<p class="source">' .. escape(source) .. '</p>'))
        source = nil
    end
    block.text = dedent(block.text)
    table.insert(slide.code, block)
    table.insert(slide.face, block)
end

local function put(block)
    local on_face = block.t ~= 'Para' or is_figure(block)
    if aside then
        on_face, aside = aside == 'slide', nil
    end
    if not on_face then
        source = nil -- it was this block's
        table.insert(slide.notes, block)
    elseif is_demo(block) then
        slide.kind = slide.kind .. ' ask'
        table.insert(slide.face, html('<p class="demo"><b>' .. label .. '</b><code>' ..
            escape(block.text) .. '</code></p>'))
    elseif block.t == 'CodeBlock' then
        put_code(block)
    else
        if is_figure(block) then
            slide.kind = slide.kind .. ' figure'
        end
        table.insert(slide.face, block)
    end
end

local function head(block)
    if block.level == 1 then
        begin('title', block)
    elseif block.level == 2 then
        section = section + 1
        slide = nil
        if section ~= LECTURER and section ~= STORY then
            begin(section == QUESTIONS and 'divider' or 'plain', block)
        end
    else
        begin(section == QUESTIONS and 'question' or 'plain', block)
    end
end

-- One size for all code of a slide: as large as its longest line and the number of its lines allow.
local function size_of(code)
    local lines, widest = 0, 1
    for _, block in ipairs(code) do
        local n, w = measure(block)
        lines, widest = lines + n + 2, math.max(widest, w)
    end
    local fitting = math.min(WIDTH / (widest * COLUMN), HEIGHT / ((lines - 2) * LINE))
    return math.max(SMALLEST, math.min(LARGEST, fitting))
end

-- Code with the name of its file, or a quotation, and nothing else: goes to the middle of its face.
local function stands_alone(face)
    for _, block in ipairs(face) do
        if block.t ~= 'CodeBlock' and block.t ~= 'RawBlock' and block.t ~= 'BlockQuote' then
            return false
        end
    end
    return #face > 0
end

-- On a slide there is no folder for a relative link to begin at: its words stay.
local no_path = {
    Link = function(link)
        return not link.target:match('^%a+:') and link.content or nil
    end,
}

local function finish(out, one, number, title)
    local style = #one.code > 0 and
        (' style="--code: %.1fpx"'):format(size_of(one.code)) or ''
    local heading = pandoc.Header(one.heading.level, one.heading.content)
    if stands_alone(one.face) then
        one.kind = one.kind .. ' middle'
    end
    table.insert(out, html('<section class="slide ' .. one.kind .. '"><div class="face"' .. style ..
        '>'))
    table.insert(out, heading)
    table.insert(out, html('<div class="body">'))
    for _, block in ipairs(one.face) do
        table.insert(out, block)
    end
    table.insert(out, html('</div><footer><span>' .. escape(title) .. '</span><span>' .. number ..
        '</span></footer></div><aside class="notes">'))
    for _, block in ipairs(one.notes) do
        table.insert(out, block)
    end
    table.insert(out, html('</aside></section>'))
end

function Pandoc(doc)
    slides, slide, section, source, aside = {}, nil, 0, nil, nil
    label = pandoc.utils.stringify(doc.meta.language or '') == 'ko' and '시연' or 'Demo'
    for _, block in ipairs(doc.blocks) do
        local said = comment(block)
        if block.t == 'Header' then
            head(block)
        elseif said then
            source = said:match('^from (.+)$') or source
            aside = (said == 'slide' or said == 'notes') and said or aside
        elseif slide then
            put(block)
        end
    end
    local out = {}
    local title = #slides > 0 and pandoc.utils.stringify(slides[1].heading.content) or ''
    for number, one in ipairs(slides) do
        finish(out, one, number, title)
    end
    return pandoc.Pandoc(pandoc.walk_block(pandoc.Div(out), no_path).content, doc.meta)
end
