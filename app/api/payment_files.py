"""REST: the file of a batch of payments. It is private, and made once."""

import asyncio

from fastapi import Response

from app.adapters.pain import payment_file
from app.api.deps import RunDep, noun_router
from app.domain.documents import MediaType
from app.ids import PaymentBatchId
from app.usecases.books.payment_batches import find_payment_file, keep_payment_file

router = noun_router()


@router.get(
    "/payment-batches/{payment_batch_id}/payment.xml",
    tags=["payment_batches"],
    response_class=Response,
    responses={200: {"content": {MediaType.XML.value: {}}, "description": "The file for the bank, pain.001.001.09"}},
)
async def payment_batch_as_file(payment_batch_id: PaymentBatchId, run: RunDep) -> Response:
    """The file for the bank (pain.001.001.09); each download has the same bytes."""
    contents, file = await run(find_payment_file, payment_batch_id=payment_batch_id)
    if file is None:
        made = await asyncio.to_thread(payment_file, contents)
        file = await run(keep_payment_file, payment_batch_id=payment_batch_id, content=made)
    headers = {
        "Content-Disposition": f'attachment; filename="{contents.message_id}.xml"',
        "Cache-Control": "no-store",
    }
    return Response(file, media_type=MediaType.XML, headers=headers)
