# shellcheck shell=bash
# shellcheck disable=SC2154 # port, pid, status, wrong, right, work: the stage sets them
# Two guesses in one segment, and one guess in two: a server that takes a recv for a message.
title 'TCP carries bytes, not messages: two guesses in one recv, and one answer.' \
    'TCP는 메시지가 아니라 바이트를 나릅니다. 추측 두 번이 recv 한 번에 읽히고, 답은 하나뿐입니다.'
cast bin/wrong/one-recv bin/epoll

say 'The secret is 1 to 9: 100 and 200 are too high, each of them.' \
    '정답은 1에서 9 사이입니다. 100도 200도 너무 큽니다.'
serve one "$wrong" --service guess
show bin/talk "127.0.0.1:$port" A:connect 'A:send=100\n200\n' A:read A:silent=0.5 \
    B:connect B:send=10 B:silent=0.5
together=$(told A read bytes) after=$(told A silent outcome) early=$(told B silent bytes)
look 'A guessed twice and hears once. B has not ended its line, and is answered all the same.' \
    'A는 두 번 추측했는데 답은 한 번뿐입니다. B는 아직 줄을 끝내지 않았는데 벌써 답을 받습니다.'
figure "8 bytes for two guesses: $together bytes back; 2 bytes of a guess: $early bytes back" \
    "추측 두 번에 8바이트: 답 $together바이트. 추측의 앞 2바이트: 답 $early바이트"
prove 'one answer (9 bytes) for two guesses, and one for half a guess' \
    '추측 두 번에 답 하나(9바이트), 반만 온 추측에도 답 하나' \
    test "$together" -eq 9 -a "$after" = silent -a "$early" -eq 9
stop one

screen
say 'A server that looks for the end of the line, however the bytes came.' \
    '바이트가 어떻게 나뉘어 오든 줄 끝을 찾는 서버입니다.'
serve right "$right" --service guess
show bin/talk "127.0.0.1:$port" A:connect 'A:send=100\n200\n' A:read=18 B:connect B:send=10 \
    B:silent=0.5 'B:send=0\n' B:read=9
figure "two guesses: $(told A read bytes) bytes back; half a guess: $(told B silent bytes); the rest of it: $(told B read bytes)" \
    "추측 두 번: 답 $(told A read bytes)바이트. 반만 온 추측: $(told B silent bytes)바이트. 나머지까지: $(told B read bytes)바이트"
prove 'an answer for each line, and none before its end' '줄마다 답이 하나씩, 줄이 끝나기 전에는 답이 없습니다' \
    test "$(told A read text)" = 'too high\ntoo high\n' -a "$(told B silent outcome)" = silent \
    -a "$(told B read text)" = 'too high\n'
stop right
say 'A line ends where its \n is, wherever a recv ended. Read guess_step() in protocol/guess.c beside
step() in labs/wrong/one-recv.c.' \
    '줄은 recv가 끝난 곳이 아니라 \n에서 끝납니다. protocol/guess.c의 guess_step()과
labs/wrong/one-recv.c의 step()을 나란히 읽어 보십시오.'
