"""An echo server as the Python manual writes it (library/selectors), for loadgen to drive."""
import selectors
import socket

selector = selectors.DefaultSelector()


def accept(listener):
    client, _ = listener.accept()
    client.setblocking(False)
    selector.register(client, selectors.EVENT_READ, read)


def read(client):
    data = client.recv(65536)
    if data:
        client.setblocking(True)
        client.sendall(data)
        client.setblocking(False)
    else:
        selector.unregister(client)
        client.close()


listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
listener.setblocking(False)
selector.register(listener, selectors.EVENT_READ, accept)
print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
while True:
    for key, _ in selector.select():
        key.data(key.fileobj)
